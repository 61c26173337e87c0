// What the namespace itself says to a client that checks nothing beforehand: bare AMQP, without Microsoft's SDK.
// Arguments: port, a SAS token for the queue “js”, and “large” or “expiry”. Prints the condition with which its link was detached.
import rhea from "rhea";

const [port, token, what] = process.argv.slice(2);
const container = rhea.create_container({ id: "bare" });
const connection = container.connect({
  host: "localhost",
  port: Number(port),
  username: "anonymous",
  reconnect: false,
  transport: "tcp",
  enable_sasl_anonymous: true,
});
const say = (text) => {
  console.log(text);
  connection.close();
};

// The token goes to $cbs first, as a request with a reply link.
connection.on("connection_open", () => {
  const replies = connection.open_receiver({ source: "$cbs", target: "replies" });
  const requests = connection.open_sender("$cbs");
  requests.once("sendable", () =>
    requests.send({
      message_id: "1",
      reply_to: "replies",
      application_properties: {
        operation: "put-token",
        type: "servicebus.windows.net:sastoken",
        name: `amqp://localhost/js`,
      },
      body: token,
    }),
  );
  replies.once("message", (context) => {
    const code = context.message.application_properties["status-code"];
    if (code !== 200 && code !== 202) {
      say(`put-token: ${code}`);
      return;
    }
    const sender = connection.open_sender("js");
    sender.on("sender_close", (closed) => say(closed.sender.error?.condition));
    if (what === "large") {
      sender.once("sendable", () => sender.send({ body: "x".repeat(300_000) }));
    }
  });
});
connection.on("connection_error", (context) => say(`connection: ${context.connection.error}`));
connection.on("disconnected", () => {});
setTimeout(() => process.exit(3), 30_000).unref();

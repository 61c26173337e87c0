// Drives a queue with the unmodified JavaScript SDK. Arguments: a connection string, and “websocket” to connect by one.
// Prints "ok" and exits 0 when all held.
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const webSocketOptions = process.argv[3] === "websocket" ? { webSocket: (await import("ws")).default } : undefined;
const client = new ServiceBusClient(process.argv[2], { retryOptions: { maxRetries: 0 }, webSocketOptions });
const take = async (receiver, count) => {
  const taken = [];
  for (let i = 0; i < 10 && taken.length < count; i++) {
    taken.push(...(await receiver.receiveMessages(count - taken.length, { maxWaitTimeInMs: 2000 })));
  }
  assert.equal(taken.length, count);
  return taken;
};

const sender = client.createSender("js");
await sender.sendMessages({ body: "hello", subject: "greeting", applicationProperties: { n: 7 } });
const batch = await sender.createMessageBatch();
for (let i = 0; i < 10; i++) {
  assert.ok(batch.tryAddMessage({ body: { i } }));
}
await sender.sendMessages(batch);

const receiver = client.createReceiver("js");
const peeked = await receiver.peekMessages(3);
assert.deepEqual(peeked.map((m) => m.body), ["hello", { i: 0 }, { i: 1 }]);

const [first] = await take(receiver, 1);
assert.equal(first.body, "hello");
assert.equal(first.subject, "greeting");
assert.equal(first.applicationProperties.n, 7);
assert.ok((await receiver.renewMessageLock(first)) > new Date());
await receiver.abandonMessage(first);

const [again] = await take(receiver, 1);
assert.equal(again.body, "hello");
await receiver.deadLetterMessage(again, {
  deadLetterReason: "unreadable",
  deadLetterErrorDescription: "no such field",
});
const [second] = await take(receiver, 1);
assert.deepEqual(second.body, { i: 0 });
await receiver.completeMessage(second);
await receiver.close();

const dead = client.createReceiver("js", { subQueueType: "deadLetter", receiveMode: "receiveAndDelete" });
const [poison] = await take(dead, 1);
assert.equal(poison.deadLetterReason, "unreadable");
assert.equal(poison.deadLetterErrorDescription, "no such field");

const taker = client.createReceiver("js", { receiveMode: "receiveAndDelete" });
assert.deepEqual((await take(taker, 9)).map((m) => m.body.i), [1, 2, 3, 4, 5, 6, 7, 8, 9]);

await assert.rejects(client.createSender("nowhere").sendMessages({ body: "x" }), {
  code: "MessagingEntityNotFound",
});
await client.close();
console.log("ok");

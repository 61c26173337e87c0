package drawbridge.namespace;

import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** A node that answers each message with one: {@code $cbs}, {@code QUEUE/$management}. */
interface RequestNode {
  /** The answer; its correlation id is the caller's business. */
  Message answer(ClientConnection connection, Message request);

  /** The application property of this name as text; empty: there is none. */
  static String property(Message request, String name) {
    ApplicationProperties properties = request.getApplicationProperties();
    Map<String, Object> values = properties == null ? null : properties.getValue();
    Object value = values == null ? null : values.get(name);
    return value == null ? "" : value.toString();
  }

  static Message reply(Map<String, Object> properties, @Nullable Object body) {
    Message reply = Message.Factory.create();
    reply.setApplicationProperties(new ApplicationProperties(properties));
    reply.setBody(new AmqpValue(body));
    return reply;
  }
}

package drawbridge.namespace;

import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** The conditions and sentences with which the service refuses. */
record AmqpError(String condition, String description) {

  static AmqpError unauthorized(Right right, String queue) {
    return new AmqpError(
        "amqp:unauthorized-access",
        "Unauthorized access. '"
            + right.claim()
            + "' claim(s) are required to perform this operation. Resource: 'sb://localhost/"
            + queue
            + "'.");
  }

  static AmqpError expiredToken() {
    return new AmqpError("amqp:unauthorized-access", "ExpiredToken: The token is expired.");
  }

  static AmqpError revoked(String name) {
    return new AmqpError(
        "amqp:unauthorized-access", "InvalidSignature: access of '" + name + "' was revoked.");
  }

  static AmqpError notFound(String queue) {
    return new AmqpError(
        "amqp:not-found",
        "The messaging entity 'sb://localhost/" + queue + "' could not be found.");
  }

  /** What a test double does not have, said so that nobody looks for a mistake of his own. */
  static AmqpError lacking(String what) {
    return new AmqpError(
        "amqp:not-implemented", "The local namespace, a test double, has no " + what + ".");
  }

  static AmqpError tooLarge(int limit) {
    return new AmqpError(
        "amqp:link:message-size-exceeded",
        "The received message exceeds the limit (" + limit + " bytes) currently allowed.");
  }

  static AmqpError full(String queue) {
    return new AmqpError(
        "amqp:resource-limit-exceeded",
        "The maximum entity size has been reached or exceeded for queue '" + queue + "'.");
  }

  static AmqpError tooMany(String what) {
    return new AmqpError("amqp:resource-limit-exceeded", "Too many " + what + ".");
  }

  static AmqpError busy() {
    return new AmqpError(
        "com.microsoft:server-busy",
        "The request was terminated because the namespace 'localhost' is being throttled. Error"
            + " code: 50009. Please wait 2 seconds and try again.");
  }

  static AmqpError lockLost() {
    return new AmqpError(
        "com.microsoft:message-lock-lost",
        "The lock supplied is invalid. Either the lock expired, or the message has already been"
            + " removed from the queue.");
  }

  static AmqpError undecodable() {
    return new AmqpError("amqp:decode-error", "The message cannot be decoded.");
  }

  static AmqpError idle(String link) {
    return new AmqpError(
        "amqp:link:detach-forced",
        "The link '" + link + "' is force detached by the broker because it was idle.");
  }

  static AmqpError idleConnection(long millis) {
    return new AmqpError(
        "amqp:connection:forced",
        "The connection was inactive for more than the allowed " + millis + " milliseconds.");
  }

  ErrorCondition toCondition() {
    return new ErrorCondition(Symbol.valueOf(condition), description);
  }

  Rejected toRejection() {
    Rejected rejected = new Rejected();
    rejected.setError(toCondition());
    return rejected;
  }
}

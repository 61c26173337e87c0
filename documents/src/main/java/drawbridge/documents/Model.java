package drawbridge.documents;

import drawbridge.relay.wire.Operation.Trigger;
import drawbridge.relay.wire.Visibility;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An API as both documents tell it: names are valid and unique, texts are bounded, every object has
 * a name. Immutable.
 *
 * @param title for people, as said
 * @param objects by name, in the order in which operations need them
 */
record Model(
    String name,
    String version,
    String title,
    String description,
    @Nullable Contact contact,
    List<Op> operations,
    Map<String, Thing> objects) {

  /** Whom to turn to. */
  record Contact(String name, String url, String email, String privacy, List<String> categories) {}

  /**
   * An operation.
   *
   * @param description a sentence that says more than the summary
   * @param warning empty: nothing to warn of
   * @param status of success
   * @param body null: none
   */
  record Op(
      String id,
      String summary,
      String description,
      String warning,
      Visibility visibility,
      String method,
      String path,
      List<Param> parameters,
      @Nullable Body body,
      Answer answer,
      int status,
      Traits traits) {}

  /** What an operation is beside its shape. */
  record Traits(
      boolean safe,
      boolean paged,
      boolean conditional,
      Trigger trigger,
      String deprecated,
      String sunset) {}

  /** Where a parameter travels; a body's members are a {@link Thing}. */
  enum In {
    PATH,
    QUERY,
    HEADER
  }

  /** A parameter beside the body. */
  record Param(
      In in,
      String name,
      String title,
      String description,
      Visibility visibility,
      boolean required,
      Value value,
      @Nullable Object otherwise,
      @Nullable Choices choices) {}

  /**
   * The values of a parameter are listed by another operation.
   *
   * @param parameters of that operation, each given by the parameter of the same name here
   */
  record Choices(String operation, String value, String title, List<String> parameters) {}

  /** What is sent. */
  sealed interface Body {}

  /** A JSON object. */
  record Members(String object, boolean required) implements Body {}

  /** Bytes of a media type. */
  record Raw(String type) implements Body, Answer {}

  /** What is answered. */
  sealed interface Answer {}

  /** A JSON object of that name. */
  record Answered(String object) implements Answer {}

  /** No body at all. */
  record Nothing() implements Answer {}

  /**
   * An object.
   *
   * @param open may have members beyond these
   */
  record Thing(List<Member> members, boolean open) {}

  /** A member of an object. */
  record Member(
      String name,
      String title,
      String description,
      Visibility visibility,
      boolean required,
      Value value,
      @Nullable Object otherwise,
      @Nullable Choices choices) {}

  /** The form of a value. */
  sealed interface Value {}

  /** An object by its name. */
  record Ref(String object, boolean nullable) implements Value {}

  /** A list; {@code most} 0: not said. */
  record Listing(Value of, int most, boolean nullable) implements Value {}

  /** Whatever JSON there is. */
  record Anything() implements Value {}

  /**
   * One value.
   *
   * @param type of JSON: string, integer, number, boolean
   * @param format as OpenAPI names it; empty: none
   * @param limits such as {@code maxLength}, {@code pattern}, {@code enum}, in their order
   */
  record Scalar(String type, String format, Json limits, boolean nullable) implements Value {}
}

package drawbridge.documents;

import drawbridge.relay.wire.Api;
import java.util.ArrayList;
import java.util.List;

/**
 * What platforms import of one version of one API: OpenAPI 3.0.3 for API Management, Swagger 2.0
 * with {@code apiProperties.json} for Power Platform. The API may come from anybody: names and
 * texts are checked and bounded on the way. The same API and publication give the same bytes
 * everywhere. Immutable.
 */
public final class Documents {
  public static final String OPENAPI = "openapi.json";
  public static final String SWAGGER = "swagger.json";
  public static final String PROPERTIES = "apiProperties.json";

  /** Below an API's path; no operation may stand there. */
  public static final List<String> NAMES = List.of(OPENAPI, SWAGGER, PROPERTIES);

  private final Model model;
  private final Publication publication;
  private final List<String> warnings;

  private Documents(Model model, Publication publication, List<String> warnings) {
    this.model = model;
    this.publication = publication;
    this.warnings = warnings;
  }

  /**
   * The documents of an API.
   *
   * @param api with the operations that the reader may see, and no others
   * @throws UnfitException it can be neither document
   */
  public static Documents of(Api api, Publication publication) throws UnfitException {
    List<String> warnings = new ArrayList<>();
    Model model = ModelMaker.make(api, warnings);
    return new Documents(model, publication, List.copyOf(warnings));
  }

  /** OpenAPI 3.0.3, as UTF-8. */
  public byte[] openApi() {
    return OpenApi.of(model, publication).bytes();
  }

  /**
   * Swagger 2.0, as UTF-8.
   *
   * @throws UnfitException Power Platform would not take it, by its size say
   */
  public byte[] swagger() throws UnfitException {
    return Swagger.of(model, publication);
  }

  /** {@code apiProperties.json}, as UTF-8. */
  public byte[] apiProperties() {
    return ApiProperties.of(model, publication).bytes();
  }

  /**
   * One of {@link #NAMES}.
   *
   * @throws UnfitException as above
   */
  public byte[] named(String name) throws UnfitException {
    return switch (name) {
      case OPENAPI -> openApi();
      case SWAGGER -> swagger();
      case PROPERTIES -> apiProperties();
      default -> throw new IllegalArgumentException("no document is called " + name);
    };
  }

  /** Sentences for whoever wrote the API file: what platforms or their certification won't like. */
  public List<String> warnings() {
    return warnings;
  }
}

package drawbridge.documents;

import drawbridge.documents.Model.Op;
import drawbridge.relay.wire.Operation.Trigger;
import java.util.ArrayList;
import java.util.List;

/** {@code apiProperties.json}: the connection and the policies that go with a connector's file. */
final class ApiProperties {
  static final String KEY_HEADER = "Ocp-Apim-Subscription-Key";
  private static final String REDIRECT = "https://global.consent.azure-apim.net/redirect";

  private ApiProperties() {}

  static Json of(Model model, Publication publication) {
    List<Json> policies = new ArrayList<>();
    List<String> paged =
        model.operations().stream()
            .filter(op -> op.traits().paged() && !polls(op))
            .map(Op::id)
            .toList();
    if (!paged.isEmpty()) {
      policies.add(
          new Json()
              .put("templateId", "updatenextlink")
              .put("title", "Leads the next pages through the connector")
              .put(
                  "parameters",
                  new Json()
                      .put("x-ms-apimTemplateParameter.nextLinkPropertyName", "nextLink")
                      .put("x-ms-apimTemplate-operationName", paged)));
    }
    model.operations().stream()
        .filter(ApiProperties::polls)
        .forEach(op -> policies.add(polling(op)));
    return new Json()
        .put(
            "properties",
            new Json()
                .put("connectionParameters", connection(publication))
                .put("iconBrandColor", "#34506b")
                .put("capabilities", List.of("actions"))
                .put("policyTemplateInstances", policies));
  }

  private static Json connection(Publication publication) {
    if (publication.tokens().isEmpty()) {
      return new Json()
          .put(
              "api_key",
              new Json()
                  .put("type", "securestring")
                  .put(
                      "uiDefinition",
                      new Json()
                          .put("displayName", "Subscription key")
                          .put("description", "The key of your subscription in API Management.")
                          .put("tooltip", "Give your subscription key")
                          .put(
                              "constraints",
                              new Json()
                                  .put("tabIndex", 2)
                                  .put("clearText", false)
                                  .put("required", "true"))));
    }
    Publication.Tokens tokens = publication.tokens().get();
    return new Json()
        .put(
            "token",
            new Json()
                .put("type", "oauthSetting")
                .put(
                    "oAuthSettings",
                    new Json()
                        .put("identityProvider", "aad")
                        .put("clientId", "<application id of the connector>")
                        .put("scopes", List.of())
                        .put("redirectMode", "Global")
                        .put("redirectUrl", REDIRECT)
                        .put("properties", new Json().put("IsFirstParty", "False"))
                        .put(
                            "customParameters",
                            new Json()
                                .put(
                                    "loginUri",
                                    new Json().put("value", "https://login.microsoftonline.com"))
                                .put("tenantId", new Json().put("value", tokens.tenant()))
                                .put("resourceUri", new Json().put("value", tokens.audience())))));
  }

  // ---- triggers

  /** A platform can poll it. */
  static boolean polls(Op op) {
    return op.traits().trigger() != Trigger.NONE;
  }

  /** What an answer says of where things stand is given by the next call. */
  private static Json polling(Op op) {
    String since = ParameterMaker.SINCE;
    return new Json()
        .put("templateId", "pollingtrigger")
        .put("title", "Polls " + op.id())
        .put("type", "PollingTrigger")
        .put(
            "parameters",
            new Json()
                .put(
                    "x-ms-apimTemplateParameter.triggerConfig",
                    new Json().put(since, "@{triggerBody()." + since + "}"))
                .put("x-ms-apimTemplateParameter.triggerDataPath", "@triggerBody().value")
                .put("x-ms-apimTemplate-operationName", List.of(op.id())));
  }
}

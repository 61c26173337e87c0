package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/**
 * The catalogue page in a real browser, behind a proxy with a path prefix. Screenshots stay in
 * {@code target/catalogue}.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CataloguePageTest {
  private PublicStack bridge;
  private Chromium chromium;
  private ChromeDriver browser;

  @BeforeAll
  void start() throws Exception {
    Chromium.assumeInstalled();
    bridge = PublicStack.start();
    chromium = new Chromium("catalogue");
    browser = chromium.driver;
  }

  @AfterAll
  void stop() {
    if (chromium != null) {
      chromium.close();
    }
    if (bridge != null) {
      bridge.close();
    }
  }

  private void open(String path, int width, int height, String scheme) {
    chromium.size(width, height, scheme);
    browser.get("about:blank");
    browser.get(bridge.url + path);
    chromium.await(
        "the page is made",
        () -> browser.findElements(By.cssSelector("body[data-ready]")).size() == 1);
  }

  @Test
  void theCatalogueShowsApisOperationsAndHowToCallThem() throws Exception {
    open("/catalogue", 1280, 1100, "light");
    assertEquals(2, browser.findElements(By.cssSelector("section.api")).size());
    WebElement find = browser.findElement(By.cssSelector(".operation[data-words^='findorders']"));
    assertTrue(find.getText().contains("you may call it"));
    assertTrue(
        browser
            .findElement(By.cssSelector(".operation[data-words^='getcustomer']"))
            .getText()
            .contains("not for you"));
    find.findElement(By.tagName("summary")).click();
    String curl = find.findElement(By.tagName("pre")).getText();
    assertEquals(
        "curl --cert connector.pem --key connector.key -H 'Accept: application/json' '"
            + bridge.url
            + "/orders/v1/customers/1/orders?since=2000-01-01'",
        curl);
    assertTrue(find.getText().contains("connector-reads-orders"), find.getText());
    WebElement button = find.findElement(By.tagName("button"));
    button.click();
    chromium.await("copied", () -> button.getText().matches("Copied|Selected"));
    for (WebElement link : browser.findElements(By.cssSelector("a[download]"))) {
      assertTrue(String.valueOf(link.getAttribute("href")).startsWith(bridge.url + "/"));
    }
    browser.findElement(By.xpath("//section[1]//summary[contains(., 'Import')]")).click();
    chromium.keep("catalogue-light");
    chromium.assertNothingToComplain();
  }

  @Test
  void whatAgentsSayIsTextAndNothingElse() {
    open("/catalogue", 1280, 900, "light");
    assertEquals(0, browser.findElements(By.cssSelector("main img, main script, main b")).size());
    assertTrue(browser.findElement(By.id("apis")).getText().contains("‹img src=x"));
    assertEquals("Catalogue · Drawbridge", browser.getTitle());
    open("/catalogue/try.html#/shipping/v2", 1280, 900, "light");
    assertEquals(
        0,
        browser
            .findElements(By.cssSelector("#ui img, #ui script, #ui a[href^=javascript]"))
            .size());
    chromium.assertNothingToComplain();
  }

  @Test
  void anOperationIsFoundByItsWords() {
    open("/catalogue", 1280, 900, "light");
    browser.findElement(By.id("find")).sendKeys("note begins");
    chromium.await(
        "one operation", () -> browser.findElement(By.id("count")).getText().equals("1 operation"));
    assertEquals(1, browser.findElements(By.cssSelector("section.api:not([hidden])")).size());
  }

  @Test
  void theKeyboardReachesEverything() {
    open("/catalogue", 1280, 900, "light");
    WebElement body = browser.findElement(By.tagName("body"));
    body.sendKeys(Keys.TAB);
    assertEquals("Skip to the APIs", browser.switchTo().activeElement().getText());
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    WebElement open = browser.findElement(By.cssSelector(".operation"));
    for (int i = 0;
        i < 20
            && !browser.switchTo().activeElement().equals(open.findElement(By.tagName("summary")));
        i++) {
      browser.switchTo().activeElement().sendKeys(Keys.TAB);
    }
    browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    assertEquals("true", open.getAttribute("open"));
    assertTrue(
        chromium.number("return parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            >= 2);
  }

  /** What can be used, in the order of the page, by what people read of it. */
  private static final String STOPS =
      """
      return [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
        .filter(one => one.checkVisibility() && !one.disabled)
        .map(one => one.id || one.textContent.trim())""";

  private List<String> stops() {
    return ((List<?>) Objects.requireNonNull(browser.executeScript(STOPS)))
        .stream().map(String::valueOf).toList();
  }

  /** What has the focus by now; empty: nothing of the page. */
  private String focused() {
    return String.valueOf(
        browser.executeScript(
            "const at = document.activeElement; return at === document.body ? '' : at.id ||"
                + " at.textContent.trim()"));
  }

  private void press(CharSequence... keys) {
    new Actions(browser).sendKeys(keys).perform();
  }

  /** From the first to the last, each once, in order and to be seen; then out of the page. */
  @Test
  void theKeyboardWalksThroughAllThatCanBeUsedAndOut() {
    open("/catalogue", 1280, 900, "light");
    List<String> expected = stops();
    assertTrue(expected.size() > 20, expected::toString);
    List<String> walked = new ArrayList<>();
    press(Keys.TAB);
    for (String at = focused();
        !at.isEmpty() && walked.size() < 2 * expected.size();
        at = focused()) {
      walked.add(at);
      assertTrue(
          chromium.number(
                  "return parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
              >= 2,
          at + " does not show that it has the focus");
      press(Keys.TAB);
    }
    assertEquals(expected, walked);
    chromium.assertNothingToComplain();
  }

  @Test
  void anOperationIsOpenedCopiedAndClosedByKeysAlone() {
    open("/catalogue", 1280, 900, "light");
    press(Keys.TAB);
    press(Keys.ENTER);
    WebElement first = browser.findElement(By.cssSelector(".operation"));
    WebElement summary = first.findElement(By.tagName("summary"));
    for (int i = 0; i < 20 && !browser.switchTo().activeElement().equals(summary); i++) {
      press(Keys.TAB);
    }
    press(Keys.SPACE);
    assertEquals("true", first.getAttribute("open"));
    press(Keys.TAB);
    assertTrue(focused().startsWith("curl "), "the line itself, which scrolls: " + focused());
    press(Keys.TAB);
    assertEquals("Copy", focused());
    press(Keys.ENTER);
    WebElement said = browser.findElement(By.id("said"));
    chromium.await(
        "what is read aloud",
        () ->
            String.valueOf(said.getAttribute("textContent"))
                .matches("Copied|Selected, press Ctrl C"));
    new Actions(browser)
        .keyDown(Keys.SHIFT)
        .sendKeys(Keys.TAB, Keys.TAB)
        .keyUp(Keys.SHIFT)
        .perform();
    press(Keys.ENTER);
    assertEquals(null, first.getAttribute("open"), "and closed again");
  }

  @Test
  void theStepsToImportNameTheFilesAndThisApi() {
    open("/catalogue", 1280, 900, "light");
    WebElement orders = browser.findElement(By.xpath("//section[contains(@aria-label, 'Orders')]"));
    WebElement steps =
        orders.findElement(By.xpath(".//details[summary[contains(., 'Import into')]]"));
    assertEquals("", steps.findElement(By.tagName("div")).getText(), "closed at first");
    steps.findElement(By.tagName("summary")).click();
    List<String> headings =
        steps.findElements(By.tagName("h3")).stream().map(WebElement::getText).toList();
    assertEquals(
        List.of("Power Apps, Power Automate, Logic Apps", "Azure API Management"), headings);
    List<WebElement> lists = steps.findElements(By.tagName("ol"));
    assertEquals(List.of(5, 4), lists.stream().map(l -> items(l).size()).toList());
    List<String> power = items(lists.getFirst());
    assertTrue(power.get(0).startsWith("Download the Swagger file"), power::toString);
    assertTrue(power.get(1).contains("Import an OpenAPI file"), power::toString);
    // This bridge asks for certificates, which connectors have none of.
    assertTrue(power.get(2).contains("API key"), power::toString);
    for (String path : List.of("swagger.json", "apiProperties.json")) {
      String name =
          String.valueOf(
              orders
                  .findElement(By.cssSelector("a[download][href$='/" + path + "']"))
                  .getAttribute("download"));
      assertTrue(power.get(3).contains(name), name + " in " + power);
    }
    List<String> management = items(lists.getLast());
    assertTrue(management.get(0).startsWith("Download the OpenAPI file"), management::toString);
    assertTrue(
        management.get(1).contains("web service URL " + bridge.url + "/orders/v1;"),
        management::toString);
    assertTrue(management.get(2).contains("<authentication-certificate"), management::toString);
    assertTrue(management.get(3).contains("buffer-response=\"false\""), management::toString);
    chromium.assertNothingToComplain();
  }

  private static List<String> items(WebElement list) {
    return list.findElements(By.tagName("li")).stream().map(WebElement::getText).toList();
  }

  @Test
  void itFitsAPhoneAndTheDark() throws Exception {
    open("/catalogue", 390, 844, "dark");
    browser.findElement(By.cssSelector(".operation > summary")).click();
    assertTrue(chromium.number("return document.documentElement.scrollWidth") <= 390);
    assertTrue(
        chromium.number(
                "return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
            < 60);
    chromium.keep("catalogue-phone-dark");
    open("/catalogue/try.html#/orders/v1", 390, 844, "dark");
    assertTrue(chromium.number("return document.documentElement.scrollWidth") <= 390);
    chromium.keep("try-phone-dark");
    chromium.assertNothingToComplain();
  }

  @Test
  void aCallIsTriedAndAnswered() throws Exception {
    open("/catalogue/try.html#/orders/v1", 1280, 1400, "light");
    By block = By.id("operations-default-GetOrder");
    chromium.await("Swagger UI", () -> browser.findElements(block).size() == 1);
    WebElement order = browser.findElement(block);
    order.findElement(By.cssSelector(".opblock-summary-control")).click();
    chromium.await("open", () -> order.findElements(By.cssSelector(".try-out__btn")).size() == 1);
    order.findElement(By.cssSelector(".try-out__btn")).click();
    order.findElement(By.cssSelector("input[placeholder=orderId]")).sendKeys("7");
    order.findElement(By.cssSelector(".execute")).click();
    chromium.await(
        "the answer",
        () ->
            browser
                .findElements(By.cssSelector(".live-responses-table .response-col_status"))
                .stream()
                .anyMatch(cell -> cell.getText().startsWith("200")));
    String asked = order.findElement(By.cssSelector(".request-url")).getText();
    assertTrue(asked.contains(bridge.url + "/orders/v1/order/7"), asked);
    chromium.keep("try-light");
    assertFalse(browser.getPageSource() == null);
    chromium.assertNothingToComplain();
  }
}

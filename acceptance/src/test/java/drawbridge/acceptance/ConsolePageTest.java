package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.Select;

/**
 * The console of an agent that serves real calls, in a real browser. Screenshots stay in {@code
 * target/console}.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConsolePageTest {
  private static final String TOKEN = "of-forty-characters-and-only-for-this-test";

  private Stack stack;
  private Chromium chromium;
  private ChromeDriver browser;
  private String url;

  @BeforeAll
  void start() throws Exception {
    Chromium.assumeInstalled();
    stack = Stack.start(StackPlan.small().withRows(1_000).withBreaker(), line -> {});
    int port = Layout.freePorts(1)[0];
    url = "http://127.0.0.1:" + port;
    Path file = stack.configuration("agent-a");
    Files.writeString(file.resolveSibling("console.token"), TOKEN);
    Files.writeString(
        file,
        "console: { port: " + port + ", token-file: console.token }\n",
        StandardOpenOption.APPEND);
    stack.stop("agent-a");
    stack.restart("agent-a");
    stack.awaitReady("gateway-1");
    try (Connector connector = Connector.of(stack)) {
      for (int i = 0; i < 20; i++) {
        assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
      }
      assertEquals(403, connector.get("/orders/v1/customers/42").statusCode());
    }
    chromium = new Chromium("console");
    browser = chromium.driver;
    chromium.size(1280, 1000, "light");
    browser.get(url + "/");
    browser.findElement(By.id("token")).sendKeys(TOKEN + Keys.ENTER);
    chromium.await("signed in", () -> browser.findElements(By.id("well")).size() == 1);
  }

  @AfterAll
  void stop() {
    if (chromium != null) {
      chromium.close();
    }
    if (stack != null) {
      stack.close();
    }
  }

  private String text(String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }

  @Test
  void theOverviewShowsThatCallsFlow() throws Exception {
    chromium.size(1280, 1000, "light");
    browser.get(url + "/");
    chromium.await("all is well", () -> text("#well").contains("all is well"));
    assertTrue(text("main").contains("Calls flow"), text("main"));
    assertTrue(text("main").contains("gateway-1"), text("main"));
    assertTrue(browser.findElements(By.cssSelector("rect.ok")).size() >= 1);
    chromium.keep("overview-light");
    Cookie cookie = browser.manage().getCookies().iterator().next();
    assertTrue(cookie.isHttpOnly());
    assertEquals("Strict", cookie.getSameSite());
    chromium.assertNothingToComplain();
  }

  @Test
  void aRecordIsFoundByItsArgumentAndProvenAndTheLogIsVerified() throws Exception {
    chromium.size(1280, 1000, "light");
    browser.get(url + "/audit");
    String chart = browser.findElement(By.cssSelector("svg[role=img]")).getAttribute("aria-label");
    assertEquals("20 answered, 1 refused, 0 failed", chart);
    for (String bar : List.of("rect.ok", "rect.refused")) {
      assertTrue(browser.findElement(By.cssSelector(bar)).getSize().getHeight() >= 1, bar);
    }
    chromium.keep("audit-light");
    browser.findElement(By.id("operation")).sendKeys("orders/v1/FindOrders");
    new Select(browser.findElement(By.id("outcome"))).selectByVisibleText("ok");
    browser.findElement(By.cssSelector(".find button")).click();
    chromium.await("found", () -> text("#count").contains("20 records"));
    assertEquals(
        "orders/v1/FindOrders", browser.findElement(By.id("operation")).getAttribute("value"));
    browser.findElement(By.cssSelector("tbody a")).click();
    chromium.await(
        "the proof",
        () -> {
          browser.navigate().refresh();
          return !browser.findElements(By.id("proof")).isEmpty();
        });
    assertTrue(text("#proof").startsWith("c2sp.org/tlog-proof@v1"), text("#proof"));
    chromium.keep("record-light");
    browser.get(url + "/audit/verify");
    browser.findElement(By.cssSelector("main form button")).click();
    chromium.await("verified", () -> text("#verdict").contains("CONSISTENT"));
    chromium.keep("verify-light");
    chromium.assertNothingToComplain();
  }

  @Test
  void itFitsAPhoneAndTheDarkAndTheKeyboard() throws Exception {
    chromium.size(390, 844, "dark");
    for (String page : List.of("/", "/audit")) {
      browser.get(url + page);
      assertTrue(chromium.number("return document.documentElement.scrollWidth") <= 390, page);
      assertTrue(
          chromium.number(
                  "return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
              < 60);
      chromium.keep((page.equals("/") ? "overview" : "audit") + "-phone-dark");
    }
    browser.get(url + "/");
    browser.findElement(By.tagName("body")).sendKeys(Keys.TAB);
    assertEquals("Skip to the content", browser.switchTo().activeElement().getText());
    assertTrue(
        chromium.number("return parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            >= 2);
    chromium.assertNothingToComplain();
  }

  /** The last, since it is in the audit log too. */
  @Test
  @Order(Integer.MAX_VALUE)
  void aSourceThatIsAwayIsSeenWithWhatToDoUntilItIsBack() throws Exception {
    chromium.size(1280, 1000, "light");
    browser.get(url + "/");
    stack.breaker().cut();
    try (Connector connector = Connector.of(stack)) {
      assertEquals(503, connector.get(Showing.ALLOWED).statusCode());
      awaitOverview("Calls flow, but not all is well");
      String bad = text(".verdict.bad");
      assertTrue(bad.contains("source erp: "), bad);
      assertTrue(bad.contains("→ run “drawbridge agent check --config"), bad);
      assertEquals("✗ 1 trouble", text("#well"));
      chromium.keep("overview-trouble-light");
      stack.breaker().mend();
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (connector.get(Showing.ALLOWED).statusCode() != 200) {
        assertTrue(System.nanoTime() < deadline, "the source is not used again");
      }
    }
    awaitOverview("✓ Calls flow");
    assertTrue(browser.findElements(By.cssSelector(".verdict.bad")).isEmpty());
    chromium.assertNothingToComplain();
  }

  private void awaitOverview(String words) {
    chromium.await(
        words,
        () -> {
          browser.navigate().refresh();
          return text("main").contains(words);
        });
  }
}

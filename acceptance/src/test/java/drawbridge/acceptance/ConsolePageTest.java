package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The console of an agent that serves real calls, in a real browser. Screenshots stay in {@code
 * target/console}.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsolePageTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final String TOKEN = "of-forty-characters-and-only-for-this-test";

  private Stack stack;
  private ChromeDriver browser;
  private String url;

  @BeforeAll
  void start() throws Exception {
    assumeTrue(
        Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
        "skipped: Debian's chromium and chromium-driver are not installed");
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
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
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run");
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .build(),
            options);
    browser.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(30));
    size(1280, 1000, "light");
    browser.get(url + "/");
    browser.findElement(By.id("token")).sendKeys(TOKEN + Keys.ENTER);
    await("signed in", () -> browser.findElements(By.id("well")).size() == 1);
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.quit();
    }
    if (stack != null) {
      stack.close();
    }
  }

  private void size(int width, int height, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    browser.manage().window().setSize(new Dimension(width, height));
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  private void await(String what, java.util.function.BooleanSupplier holds) {
    new WebDriverWait(browser, Duration.ofSeconds(30))
        .withMessage(what)
        .ignoring(StaleElementReferenceException.class)
        .until(b -> holds.getAsBoolean());
  }

  private void keep(String name) throws Exception {
    Path folder = Files.createDirectories(Path.of("target/console"));
    Files.write(folder.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  private String text(String selector) {
    return browser.findElement(By.cssSelector(selector)).getText();
  }

  private long number(String script) {
    return ((Number) java.util.Objects.requireNonNull(browser.executeScript(script))).longValue();
  }

  /** Whatever the policy stops or a script throws stands there. */
  private void assertNothingToComplain() {
    List<String> said =
        browser.manage().logs().get(LogType.BROWSER).getAll().stream()
            .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
            .map(Object::toString)
            .toList();
    assertEquals(List.of(), said);
  }

  @Test
  void theOverviewShowsThatCallsFlow() throws Exception {
    size(1280, 1000, "light");
    browser.get(url + "/");
    await("all is well", () -> text("#well").contains("all is well"));
    assertTrue(text("main").contains("Calls flow"), text("main"));
    assertTrue(text("main").contains("gateway-1"), text("main"));
    assertTrue(browser.findElements(By.cssSelector("rect.ok")).size() >= 1);
    keep("overview-light");
    Cookie cookie = browser.manage().getCookies().iterator().next();
    assertTrue(cookie.isHttpOnly());
    assertEquals("Strict", cookie.getSameSite());
    assertNothingToComplain();
  }

  @Test
  void aRecordIsFoundByItsArgumentAndProvenAndTheLogIsVerified() throws Exception {
    size(1280, 1000, "light");
    browser.get(url + "/audit");
    keep("audit-light");
    browser.findElement(By.id("operation")).sendKeys("orders/v1/FindOrders");
    new Select(browser.findElement(By.id("outcome"))).selectByVisibleText("ok");
    browser.findElement(By.cssSelector(".find button")).click();
    await("found", () -> text("#count").contains("20 records"));
    assertEquals(
        "orders/v1/FindOrders", browser.findElement(By.id("operation")).getAttribute("value"));
    browser.findElement(By.cssSelector("tbody a")).click();
    await(
        "the proof",
        () -> {
          browser.navigate().refresh();
          return !browser.findElements(By.id("proof")).isEmpty();
        });
    assertTrue(text("#proof").startsWith("c2sp.org/tlog-proof@v1"), text("#proof"));
    keep("record-light");
    browser.get(url + "/audit/verify");
    browser.findElement(By.cssSelector("main form button")).click();
    await("verified", () -> text("#verdict").contains("CONSISTENT"));
    keep("verify-light");
    assertNothingToComplain();
  }

  @Test
  void itFitsAPhoneAndTheDarkAndTheKeyboard() throws Exception {
    size(390, 844, "dark");
    for (String page : List.of("/", "/audit")) {
      browser.get(url + page);
      assertTrue(number("return document.documentElement.scrollWidth") <= 390, page);
      assertTrue(
          number("return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
              < 60);
      keep((page.equals("/") ? "overview" : "audit") + "-phone-dark");
    }
    browser.get(url + "/");
    browser.findElement(By.tagName("body")).sendKeys(Keys.TAB);
    assertEquals("Skip to the content", browser.switchTo().activeElement().getText());
    assertTrue(
        number("return parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2);
    assertNothingToComplain();
  }
}

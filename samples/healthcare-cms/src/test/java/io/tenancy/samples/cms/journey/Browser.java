package io.tenancy.samples.cms.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A person at a browser: opens addresses, reads, types and presses buttons. */
final class Browser implements AutoCloseable {

    static final int DESKTOP_WIDTH = 1280;
    static final int PHONE_WIDTH = 390;

    private static final int DESKTOP_HEIGHT = 860;
    private static final int HIGHEST_PICTURE = 1400;
    private static final int PHONE_HEIGHT = 844;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;

    Browser(Chromium chromium, Path profile) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.browser().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en-US",
                "--user-data-dir=" + profile);
        // With both programs named, Selenium has nothing to look for and nothing to download.
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromium.driver().toFile())
                .usingAnyFreePort()
                .withSilent(true)
                .build();
        driver = new ChromeDriver(service, options);
        desktop();
    }

    void open(String address) {
        driver.get(address);
    }

    String address() {
        return String.valueOf(driver.getCurrentUrl());
    }

    /** The status with which the server answered the page that is shown. */
    int status() {
        Object status = driver.executeScript("return performance.getEntriesByType('navigation')[0].responseStatus");
        return ((Number) status).intValue();
    }

    String text(String selector) {
        return element(selector).getText();
    }

    List<String> texts(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }

    boolean shows(String selector) {
        return !driver.findElements(By.cssSelector(selector)).isEmpty();
    }

    String attribute(String selector, String name) {
        return String.valueOf(element(selector).getAttribute(name));
    }

    void type(String selector, String text) {
        element(selector).sendKeys(text);
    }

    void clear(String selector) {
        element(selector).clear();
    }

    void typeAtTheEnd(String selector, String text) {
        element(selector).sendKeys(Keys.chord(Keys.CONTROL, Keys.END), text);
    }

    /** Presses a button or link that leads to another page, and waits until that page is there. */
    void follow(String selector) {
        // The old page is told by a mark of its own: asking for one of its elements while it is being replaced makes
        // the
        // driver fail in more ways than the one that means "gone".
        driver.executeScript("window.pageBefore = true");
        WebElement pressed = element(selector);
        // The pages scroll smoothly, and a click in the meantime would miss.
        driver.executeScript("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", pressed);
        pressed.click();
        await().ignoring(WebDriverException.class)
                .until(shown -> Boolean.TRUE.equals(driver.executeScript(
                        "return window.pageBefore === undefined && document.readyState === 'complete'")));
    }

    void awaitText(String selector, String text) {
        await().until(ExpectedConditions.textToBePresentInElementLocated(By.cssSelector(selector), text));
    }

    /** Leaves a mark in the page that is gone when the page is loaded again. */
    void mark() {
        driver.executeScript("window.marked = true");
    }

    boolean isMarked() {
        return Boolean.TRUE.equals(driver.executeScript("return window.marked === true"));
    }

    /** Asks the shown site for an address as a program would, beside the page. */
    int statusOf(String path) {
        Object status = driver.executeAsyncScript(
                "const done = arguments[1]; fetch(arguments[0], {headers: {Accept: 'application/json'}})"
                        + ".then(answer => done(answer.status), failed => done(0))",
                path);
        return ((Number) status).intValue();
    }

    /** Opens an address again and again until it is answered with a status. */
    void openUntilAnsweredWith(int status, String address) {
        await().withMessage(() -> address + " was to be answered with " + status + " but last was with " + status())
                .until(again -> {
                    open(address);
                    return status() == status;
                });
    }

    /** Opens an address again and again until it shows an element. */
    void openUntilItShows(String selector, String address) {
        await().withMessage(() -> address + " was to show " + selector).until(again -> {
            open(address);
            return shows(selector);
        });
    }

    /** Does something again and again until what then is shown has an element. */
    void doUntilItShows(String selector, Runnable work) {
        await().withMessage(() -> address() + " was to show " + selector).until(again -> {
            work.run();
            return shows(selector);
        });
    }

    /** Presses what opens something on the page itself. */
    void press(String selector) {
        WebElement pressed = element(selector);
        driver.executeScript("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", pressed);
        pressed.click();
    }

    /** Downloads a file of the shown site as a click on its link does; returns its type and its first bytes as text. */
    String downloaded(String path) {
        return String.valueOf(driver.executeAsyncScript(
                "const done = arguments[1]; fetch(arguments[0]).then(async answer => done("
                        + "answer.headers.get('content-type') + ' '"
                        + " + new TextDecoder('latin1').decode((await answer.arrayBuffer()).slice(0, 5))),"
                        + " failed => done(String(failed)))",
                path));
    }

    Cookie cookie(String name) {
        Cookie cookie = driver.manage().getCookieNamed(name);
        if (cookie == null) {
            throw new AssertionError(address() + " has no cookie " + name);
        }
        return cookie;
    }

    /** Sets a cookie for the host that is shown. */
    void put(String name, String value) {
        driver.manage().addCookie(new Cookie(name, value));
    }

    void forgetAllCookies() {
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    }

    void desktop() {
        show(DESKTOP_WIDTH, DESKTOP_HEIGHT, 1, false);
    }

    void phone() {
        show(PHONE_WIDTH, PHONE_HEIGHT, 2, true);
    }

    private void show(int width, int height, int pixelRatio, boolean mobile) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", pixelRatio, "mobile", mobile));
    }

    /** How wide the page is; wider than the window means scrolling sideways. */
    int pageWidth() {
        Object width = driver.executeScript(
                "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)");
        return ((Number) width).intValue();
    }

    /** What lies beyond the right edge of a phone's window, for the message of a test that minds it. */
    String sticksOut() {
        return String.valueOf(driver.executeScript("""
                return [...document.body.querySelectorAll('*')]
                    .filter(element => element.getBoundingClientRect().right > arguments[0] + 0.5)
                    .map(element => element.tagName + '.' + element.className
                        + ' ' + Math.round(element.getBoundingClientRect().right)).join(', ')""", PHONE_WIDTH));
    }

    /** Names buttons that are wider than what they stand in, which may cut them off. */
    String tooWide() {
        return String.valueOf(driver.executeScript("""
                return [...document.querySelectorAll('main button')]
                    .filter(button => button.getBoundingClientRect().right
                        > button.parentElement.getBoundingClientRect().right + 0.5)
                    .map(button => button.textContent.trim()).join(', ')"""));
    }

    void scrollToTheTop() {
        driver.executeScript("document.activeElement.blur();"
                + "document.querySelectorAll('textarea').forEach(area => area.scrollTo({top: 0, behavior: 'instant'}));"
                + "window.scrollTo({top: 0, behavior: 'instant'})");
    }

    /** Makes the window as high as what it shows, as far as a picture may be. */
    void desktopAsHighAsThePage() {
        Object height = driver.executeScript("return document.documentElement.scrollHeight");
        show(DESKTOP_WIDTH, Math.min(HIGHEST_PICTURE, ((Number) height).intValue()), 1, false);
    }

    /** The same of a phone's window. */
    void phoneAsHighAsThePage() {
        Object height = driver.executeScript("return document.documentElement.scrollHeight");
        show(PHONE_WIDTH, ((Number) height).intValue(), 1, true);
    }

    /** Writes what the window shows as PNG. */
    void picture(List<Path> files) {
        // Fonts and lazily loaded drawings may still be on their way.
        driver.executeAsyncScript("const done = arguments[0];"
                + "const drawn = [...document.images].filter(image => image.loading !== 'lazy')"
                + ".map(image => image.decode().catch(() => null));"
                + "Promise.all([document.fonts.ready, ...drawn])"
                + ".then(() => requestAnimationFrame(() => requestAnimationFrame(done)));");
        pictureAsItIs(files);
    }

    /** The same of a page in which no script runs, not even one that waits. */
    void pictureAsItIs(List<Path> files) {
        byte[] png = driver.getScreenshotAs(OutputType.BYTES);
        for (Path file : files) {
            try {
                Files.createDirectories(file.getParent());
                Files.write(file, png);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    private WebElement element(String selector) {
        return await().until(ExpectedConditions.presenceOfElementLocated(By.cssSelector(selector)));
    }

    private WebDriverWait await() {
        return new WebDriverWait(driver, PATIENCE);
    }

    @Override
    public void close() {
        driver.quit();
    }
}

package io.rayauth.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Is a headless Chromium with an empty profile, which goes with it.
 *
 * <p>To be used by the thread that started it only, as Playwright asks.
 */
final class Chromium implements AutoCloseable {
  /** Is a name that leads to this machine, in this browser only, as an attacker's DNS would. */
  static final String ATTACKERS_NAME = "attacker.example";

  /** Is generous: a busy machine with two cores draws a page in seconds. */
  static final double PATIENCE_MILLIS = 60_000;

  private static final Path PROGRAM = Path.of("/usr/bin/chromium");

  /** Only keep it from looking for its maker's servers; none loosens a check. */
  private static final List<String> ARGUMENTS =
      List.of(
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--host-resolver-rules=MAP " + ATTACKERS_NAME + " 127.0.0.1");

  private final Playwright playwright;
  private final BrowserContext profile;

  private Chromium(Playwright playwright, BrowserContext profile) {
    this.playwright = playwright;
    this.profile = profile;
  }

  /**
   * Starts it; blocks for a second or two.
   *
   * @throws IllegalStateException if there is no Chromium
   */
  static Chromium start() {
    return start(new Browser.NewContextOptions());
  }

  /**
   * Starts it, and keeps all it sends and gets, in the form of an HTTP archive.
   *
   * @param archive is written when it is closed
   */
  static Chromium startRecording(Path archive) {
    return start(new Browser.NewContextOptions().setRecordHarPath(archive));
  }

  private static Chromium start(Browser.NewContextOptions options) {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IllegalStateException("there is no " + PROGRAM + ": run e2e/browser/install.sh");
    }
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    try {
      Browser browser =
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions().setExecutablePath(PROGRAM).setArgs(ARGUMENTS));
      BrowserContext profile = browser.newContext(options.setViewportSize(1400, 1000));
      profile.setDefaultTimeout(PATIENCE_MILLIS);
      return new Chromium(playwright, profile);
    } catch (RuntimeException e) {
      playwright.close();
      throw e;
    }
  }

  /** Opens an empty tab. */
  Page newTab() {
    return profile.newPage();
  }

  /** Ends the browser's processes and removes its profile. */
  @Override
  public void close() {
    try {
      profile.close();
    } finally {
      playwright.close();
    }
  }
}

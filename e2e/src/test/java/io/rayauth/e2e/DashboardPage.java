package io.rayauth.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.rayauth.job.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Is a tab with Ray's dashboard in it, used as a person does: by what can be read and clicked. */
final class DashboardPage {
  private static final Pattern NUMBERED_LINE = Pattern.compile("\\bline (\\d+)");

  private final Page tab;
  private final Complaints complaints;

  private DashboardPage(Page tab) {
    this.tab = tab;
    this.complaints = Complaints.of(tab);
  }

  /** Opens a link in a new tab; of the proxy, or of Ray itself. */
  static DashboardPage open(Chromium browser, URI link) {
    DashboardPage page = new DashboardPage(browser.newTab());
    page.tab.navigate(link.toString());
    return page;
  }

  Page tab() {
    return tab;
  }

  /**
   * Takes steps in the tab; if one fails, keeps a picture and says what the tab complained about.
   *
   * @param name what the picture is called
   */
  void watching(String name, Runnable steps) {
    try {
      steps.run();
    } catch (AssertionError | PlaywrightException e) {
      photograph(name + "-failed");
      e.addSuppressed(new AssertionError("meanwhile the tab said " + complaints.unexpected()));
      throw e;
    }
  }

  Complaints complaints() {
    return complaints;
  }

  /** Waits for the page that the dashboard begins with. */
  void awaitOverview() {
    awaitText("Cluster utilization");
    awaitText("Node count");
  }

  void openOverview() {
    open("Overview");
    awaitOverview();
  }

  void openJobs(JobId running) {
    open("Jobs");
    Locator row = rowWith(running.value());
    assertThat(row).containsText("RUNNING", patiently());
  }

  void openJob(JobId job) {
    open("Jobs");
    rowWith(job.value()).getByRole(AriaRole.LINK).first().click();
    awaitText("Entrypoint");
    await(tab.getByRole(AriaRole.BUTTON, button("Refresh")));
  }

  void openCluster() {
    open("Cluster");
    assertThat(rowWith("127.0.0.1 (Head)")).containsText("ALIVE", patiently());
  }

  void openLogs() {
    open("Logs");
    awaitText("Select a node to view logs");
    await(tab.getByText("Node ID: "));
  }

  /** Opens a file of the only node, from the page with all logs. */
  void openLogFile(String name) {
    tab.getByText("Node ID: ").click();
    tab.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true)).click();
    awaitText("File: " + name);
  }

  private void open(String item) {
    tab.getByRole(AriaRole.NAVIGATION)
        .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(item).setExact(true))
        .first()
        .click();
  }

  /** Asks for the log again; the dashboard of Ray 2.60 does so only when it is told to. */
  void refreshLog() {
    tab.getByRole(AriaRole.BUTTON, button("Refresh")).click();
  }

  /** Returns the highest number of a line of the log that is shown; -1 if there is none. */
  int newestLine() {
    tab.getByRole(AriaRole.CHECKBOX).check(); // shows the end first; the page forgets that at times
    Matcher line = NUMBERED_LINE.matcher(tab.getByRole(AriaRole.MAIN).innerText());
    int newest = -1;
    while (line.find()) {
      newest = Math.max(newest, Integer.parseInt(line.group(1)));
    }
    return newest;
  }

  /** Waits for a line with a higher number. */
  void awaitLineAfter(int line) {
    tab.waitForCondition(() -> newestLine() > line, patientCondition());
  }

  /** Follows a job's log by a WebSocket of the page's own, until it has brought some lines. */
  void followLog(JobId job) {
    tab.evaluate(
        """
        job => {
          window.followed = '';
          const socket = new WebSocket(`ws://${location.host}/api/jobs/${job}/logs/tail`);
          socket.onmessage = message => window.followed += message.data;
          socket.onclose = () => window.followed += 'closed';
        }
        """,
        job.value());
    tab.waitForCondition(
        () -> NUMBERED_LINE.matcher(followed()).results().count() > 5, patientCondition());
    int lines = followed().length();
    tab.waitForCondition(() -> followed().length() > lines, patientCondition());
  }

  private String followed() {
    return (String) tab.evaluate("() => window.followed");
  }

  /** Saves the log by the button that is there for it, and returns it. */
  String downloadLog() {
    Download download =
        tab.waitForDownload(() ->
            tab.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Download log file"))
                .click());
    try (InputStream saved = download.createReadStream()) {
      return new String(saved.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves the page open until something has happened elsewhere. */
  void stayUntil(BooleanSupplier happened, Duration patience) {
    tab.waitForCondition(
        happened, new Page.WaitForConditionOptions().setTimeout(patience.toMillis()));
  }

  void awaitText(String text) {
    await(tab.getByText(text, new Page.GetByTextOptions().setExact(true)));
  }

  /** Keeps a picture of the whole page with the reports of the run. */
  void photograph(String name) {
    Path picture = PythonProgram.module().resolve("target/screenshots").resolve(name + ".png");
    tab.screenshot(new Page.ScreenshotOptions().setPath(picture));
  }

  private Locator rowWith(String text) {
    Locator row = tab.locator("tr", new Page.LocatorOptions().setHasText(text));
    await(row);
    return row;
  }

  private static void await(Locator something) {
    assertThat(something.first())
        .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(Chromium.PATIENCE_MILLIS));
  }

  private static LocatorAssertions.ContainsTextOptions patiently() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(Chromium.PATIENCE_MILLIS);
  }

  private static Page.WaitForConditionOptions patientCondition() {
    return new Page.WaitForConditionOptions().setTimeout(Chromium.PATIENCE_MILLIS);
  }

  private static Page.GetByRoleOptions button(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}

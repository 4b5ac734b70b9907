package io.rayauth.proxy.internal.browser;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.proxy.DashboardProxyException;
import io.rayauth.proxy.internal.page.Pages;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens links in the browser of the person who runs this program.
 *
 * <p>What a program is started with can be read by every user of the machine, and a link lets in
 * whoever comes first. So the browser is given the name of a file that only this user can read, and
 * the file leads to the link.
 *
 * <p>Thread-safe.
 */
public final class Browser implements AutoCloseable {
  /** A program that is still there then has found its browser and waits for it to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String system;
  private final Map<String, String> environment;
  private final Path folder;
  private final List<Path> files = new ArrayList<>();

  /** Creates one for a machine. */
  Browser(String system, Map<String, String> environment, Path folder) {
    this.system = system;
    this.environment = Map.copyOf(environment);
    this.folder = folder;
  }

  /** Finds the browser of this machine when it is needed. */
  public static Browser ofThisMachine() {
    return new Browser(System.getProperty("os.name", ""), System.getenv(), folderThatBrowsersSee());
  }

  /**
   * Browsers that are packaged as a snap see the home directory and not the one for temporary
   * files.
   */
  private static Path folderThatBrowsersSee() {
    boolean mayBeASnap = Files.isDirectory(Path.of("/snap"));
    return Path.of(System.getProperty(mayBeASnap ? "user.home" : "java.io.tmpdir"));
  }

  /**
   * Opens a link. Blocks for as long as it takes to start a browser, at most 5 seconds.
   *
   * @throws DashboardProxyException if there is none, or it does not start
   * @throws RayInterruptedException if the thread is interrupted meanwhile; the browser may open
   */
  public void open(URI link) {
    List<String> command = new ArrayList<>(opener());
    Path file = leadingTo(link);
    command.add(file.toString());
    try {
      run(command);
    } catch (RuntimeException e) {
      forget();
      throw e;
    }
  }

  /** Deletes what led to the links so far; called once they have been used or are of no use. */
  public synchronized void forget() {
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        file.toFile().deleteOnExit(); // a browser on Windows may still hold it
      }
    }
    files.clear();
  }

  /** Does what {@link #forget()} does. */
  @Override
  public void close() {
    forget();
  }

  private List<String> opener() {
    if (system.startsWith("Mac")) {
      return List.of(program("open"));
    }
    if (system.startsWith("Windows")) {
      return List.of(program("rundll32.exe"), "url.dll,FileProtocolHandler");
    }
    if (Stream.of("DISPLAY", "WAYLAND_DISPLAY", "BROWSER").noneMatch(environment::containsKey)) {
      throw noBrowser("this session has no display", null);
    }
    return List.of(program("xdg-open"));
  }

  private String program(String name) {
    String path = environment.getOrDefault("PATH", environment.getOrDefault("Path", ""));
    return Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .orElseThrow(() -> noBrowser("the program '" + name + "' is not on the PATH", null));
  }

  private synchronized Path leadingTo(URI link) {
    try {
      Path file = Files.createTempFile(folder, "ray-dashboard-", ".html", forThisUserOnly());
      files.add(file);
      return Files.writeString(file, Pages.leadingTo(link));
    } catch (IOException e) {
      throw noBrowser("no file can be written in " + folder, e);
    }
  }

  private static FileAttribute<?>[] forThisUserOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0]; // Windows has folders for temporary files by user
  }

  private void run(List<String> command) {
    String name = Path.of(command.get(0)).getFileName().toString();
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD);
      builder.environment().clear();
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close(); // nobody is there to answer its questions
      if (process.waitFor(PATIENCE.toNanos(), TimeUnit.NANOSECONDS) && process.exitValue() != 0) {
        throw noBrowser("'%s' failed with exit code %d".formatted(name, process.exitValue()), null);
      }
    } catch (IOException e) {
      throw noBrowser("'" + name + "' cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while a browser was started", e);
    }
  }

  private static DashboardProxyException noBrowser(String why, @Nullable Throwable cause) {
    return new DashboardProxyException(
        "no browser was opened: %s. Print url() and open that link yourself".formatted(why), cause);
  }
}

package io.rayauth.gke.internal.identity;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import io.rayauth.time.TimeSource;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Is what credentials are looked for in and reached through; a test has one of its own.
 *
 * @param environment the variables of the process
 * @param home the folder of the user
 * @param productName the file in which Linux tells what machine it runs on
 * @param http makes the transport to Google's servers
 * @param time both clocks
 */
public record Surroundings(
    Map<String, String> environment,
    Path home,
    Path productName,
    HttpTransportFactory http,
    TimeSource time) {

  /** Returns those of this process, with the JDK's HTTP connections. */
  public static Surroundings ofThisProcess() {
    HttpTransport transport = new NetHttpTransport();
    return new Surroundings(
        System.getenv(),
        Path.of(System.getProperty("user.home", "")),
        Path.of("/sys/class/dmi/id/product_name"),
        () -> transport,
        TimeSource.system());
  }

  /** Returns a variable; null if it is not set or empty, which Google's library takes for equal. */
  @Nullable String variable(String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }
}

package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a program gets that has this library on its module path and asks for nothing else.
 *
 * <p>Undertow and XNIO are automatic modules, which cannot say what they need: what has a module
 * descriptor of its own is left out if nobody else asks for it.
 */
@Timeout(120)
class ModulePathTest {
  @Test
  void module_onItsOwn_bringsAllThatAProxyNeeds() throws Exception {
    ClassLoader loader = loader();
    Class<?> endpoints = loader.loadClass("io.rayauth.RayEndpoint");
    Class<?> providers = loader.loadClass("io.rayauth.token.TokenProvider");
    Class<?> proxies = loader.loadClass(DashboardProxy.class.getName());
    Object endpoint =
        endpoints.getMethod("of", String.class).invoke(null, "https://nowhere.invalid");
    Object tokens = providers.getMethod("of", String.class).invoke(null, "canary-module");
    Object builder = proxies.getMethod("to", endpoints, providers).invoke(null, endpoint, tokens);

    try (AutoCloseable proxy =
            (AutoCloseable) builder.getClass().getMethod("start").invoke(builder);
        Wire wire = new Wire(socket((URI) proxies.getMethod("address").invoke(proxy)))) {
      URI link = (URI) proxies.getMethod("url").invoke(proxy);
      String host = "Host: " + link.getRawAuthority() + "\r\n";
      Wire.Answer opened =
          wire.send(
                  "GET "
                      + link.getRawPath()
                      + "?"
                      + link.getRawQuery()
                      + " HTTP/1.1\r\n"
                      + host
                      + "\r\n")
              .answer();
      String cookie = "Cookie: " + opened.header("Set-Cookie").split(";", 2)[0] + "\r\n";
      Wire.Answer asked =
          wire.send("GET /api/version HTTP/1.1\r\n" + host + cookie + "\r\n").answer();

      assertThat(proxies.getModule().getName()).isEqualTo("io.rayauth.proxy");
      assertThat(asked.status()).as(asked.text()).isEqualTo(502);
      assertThat(asked.body()).contains("nowhere.invalid is unknown");
    }
  }

  private static Socket socket(URI address) throws Exception {
    return new Socket(address.getHost(), address.getPort());
  }

  private static ClassLoader loader() {
    ModuleFinder[] entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> ModuleFinder.of(Path.of(entry)))
            .filter(ModulePathTest::isReadable)
            .toArray(ModuleFinder[]::new);
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration()
            .resolve(ModuleFinder.compose(entries), ModuleFinder.of(), Set.of("io.rayauth.proxy"));
    return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
        .findLoader("io.rayauth.proxy");
  }

  private static boolean isReadable(ModuleFinder entry) {
    try {
      return !entry.findAll().isEmpty();
    } catch (FindException e) {
      return false; // no jar has to have a name that is one for a module
    }
  }
}

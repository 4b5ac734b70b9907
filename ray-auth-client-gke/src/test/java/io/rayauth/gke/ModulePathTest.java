package io.rayauth.gke;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.oauth2.GoogleCredentials;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.Reader;
import java.io.StringReader;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a program gets that has this library on its module path and asks for nothing else.
 *
 * <p>Google's libraries and fabric8 are automatic modules, which cannot say what they need: what
 * has a module descriptor of its own is left out if nobody else asks for it.
 */
@Timeout(60)
class ModulePathTest {
  private static ClassLoader loader;

  @BeforeAll
  static void resolveModule() {
    ModuleFinder[] entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> ModuleFinder.of(Path.of(entry)))
            .filter(ModulePathTest::isReadable)
            .toArray(ModuleFinder[]::new);
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration()
            .resolve(ModuleFinder.compose(entries), ModuleFinder.of(), Set.of("io.rayauth.gke"));
    loader =
        boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
            .findLoader("io.rayauth.gke");
  }

  @Test
  void module_onItsOwn_bringsAllThatGooglesLibrariesNeed() throws Exception {
    Class<?> json = loader.loadClass(GsonFactory.class.getName());
    Class<?> tokens = loader.loadClass(GoogleTokenProvider.class.getName());
    Class<?> credentials = loader.loadClass(GoogleCredentials.class.getName());

    assertThat(tokens.getModule().getName()).isEqualTo("io.rayauth.gke");
    assertThat(credentials.getMethods()).isNotEmpty(); // resolves the types in all of them
    assertThat(
            json.getMethod("createJsonParser", Reader.class)
                .invoke(json.getConstructor().newInstance(), new StringReader("{}")))
        .isNotNull();
  }

  @Test
  void module_onItsOwn_bringsAllThatAKubernetesClientNeeds() throws Exception {
    Class<?> config = loader.loadClass(Config.class.getName());
    Class<?> builder = loader.loadClass(KubernetesClientBuilder.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader); // by which fabric8 looks for its HTTP client
    try {
      Object building = builder.getConstructor().newInstance();
      builder
          .getMethod("withConfig", config)
          .invoke(building, config.getMethod("empty").invoke(null));

      try (AutoCloseable client = (AutoCloseable) builder.getMethod("build").invoke(building)) {
        assertThat(client.getClass().getModule().isNamed()).isTrue();
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static boolean isReadable(ModuleFinder entry) {
    try {
      return !entry.findAll().isEmpty();
    } catch (FindException e) {
      return false; // no jar has to have a name that is one for a module
    }
  }
}

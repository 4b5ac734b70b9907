package io.rayauth.gke;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.File;
import java.io.Reader;
import java.io.StringReader;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a program gets that has this library on its module path. */
class ModulePathTest {

  /**
   * Google's libraries are automatic modules, which cannot say what they need: what has a module
   * descriptor of its own is left out if nobody else asks for it.
   */
  @Test
  void module_whenItAloneIsAskedFor_bringsAllThatGooglesLibrariesNeed() throws Exception {
    ModuleFinder[] entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> ModuleFinder.of(Path.of(entry)))
            .filter(ModulePathTest::isReadable)
            .toArray(ModuleFinder[]::new);
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration()
            .resolve(ModuleFinder.compose(entries), ModuleFinder.of(), Set.of("io.rayauth.gke"));
    ClassLoader loader =
        boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
            .findLoader("io.rayauth.gke");

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

  private static boolean isReadable(ModuleFinder entry) {
    try {
      return !entry.findAll().isEmpty();
    } catch (FindException e) {
      return false; // no jar has to have a name that is one for a module
    }
  }
}

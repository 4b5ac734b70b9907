package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenProviderFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class NamedTokenProvidersTest {

  /** Offers a token under one name. */
  public static class Good implements TokenProviderFactory {
    @Override
    public String name() {
      return "good";
    }

    @Override
    public TokenProvider create() {
      return TokenProvider.of("t0ken");
    }
  }

  /** Has the same name as another factory. */
  public static final class Twin extends Good {}

  /** Cannot be constructed. */
  public static final class Broken extends Good {
    /** Fails. */
    public Broken() {
      throw new IllegalStateException("no library");
    }
  }

  /** Cannot tell its name. */
  public static final class Nameless extends Good {
    @Override
    public String name() {
      throw new IllegalStateException("no name");
    }
  }

  @Test
  void create_givesTheProviderOfThatName(@TempDir Path directory) throws Exception {
    assertThat(create("good", directory, Good.class.getName()).token().value()).isEqualTo("t0ken");
  }

  @Test
  void create_whenOthersAreBroken_stillFindsTheGoodOne(@TempDir Path directory) throws Exception {
    TokenProvider provider =
        create(
            "good",
            directory,
            "no.such.Factory",
            Broken.class.getName(),
            Nameless.class.getName(),
            Good.class.getName());

    assertThat(provider.token().value()).isEqualTo("t0ken");
  }

  @Test
  void create_whenTheNameIsUnknown_listsTheNamesAndTheBrokenOnes(@TempDir Path directory) {
    assertThatThrownBy(() ->
            create(
                "gud",
                directory,
                Good.class.getName(),
                "no.such.Factory",
                Broken.class.getName(),
                Nameless.class.getName()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("named 'gud'; known: [good]")
        .hasMessageContaining("no.such.Factory")
        .hasMessageContaining(Broken.class.getName())
        .hasMessageContaining(Nameless.class.getName());
  }

  @Test
  void create_whenTwoHaveTheName_refusesToChoose(@TempDir Path directory) {
    assertThatThrownBy(() -> create("good", directory, Good.class.getName(), Twin.class.getName()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Good.class.getName())
        .hasMessageContaining(Twin.class.getName());
  }

  @Test
  void create_whenThereIsNone_asksForTheModule() {
    assertThatThrownBy(() -> NamedTokenProviders.find(List.of()).create("good"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is its module missing?");
  }

  @Test
  void find_whenALoaderOnlyFails_givesUp() {
    Iterable<TokenProviderFactory> failing =
        () ->
            new Iterator<>() {
              private int calls;

              @Override
              public boolean hasNext() {
                throw new ServiceConfigurationError("failure " + ++calls);
              }

              @Override
              public TokenProviderFactory next() {
                throw new NoSuchElementException();
              }
            };

    assertThatThrownBy(() -> NamedTokenProviders.find(failing).create("good"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("failure 100");
  }

  /** Sees the same factories through two loads, as a program's and this library's loader would. */
  private static TokenProvider create(String name, Path directory, String... classes)
      throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(services.resolve(TokenProviderFactory.class.getName()), List.of(classes));
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {directory.toUri().toURL()},
            NamedTokenProvidersTest.class.getClassLoader())) {
      return NamedTokenProviders.find(
              ServiceLoader.load(TokenProviderFactory.class, loader),
              ServiceLoader.load(TokenProviderFactory.class, loader))
          .create(name);
    }
  }
}

package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.RayEndpoint;
import io.rayauth.testkit.FakeRay;
import io.rayauth.token.TokenProvider;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program that opens a dashboard by its address needs nothing of Kubernetes. */
@Timeout(120)
class WithoutKubernetesTest {

  /** Is loaded apart from the test, where there is no Kubernetes client. */
  public static final class Program implements Callable<String> {
    @Override
    public String call() throws Exception {
      Person person = new Person();
      try (FakeRay ray = FakeRay.start();
          DashboardProxy proxy =
              DashboardProxy.to(RayEndpoint.of(ray.url()), TokenProvider.of("canary-token"))
                  .start()) {
        person.signIn(proxy.url());
        return person.look(proxy.address().resolve("/api/version")).body();
      }
    }
  }

  @Test
  void dashboardProxy_withoutTheKubernetesModule_showsTheDashboard() throws Exception {
    URL[] rest =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry ->
                !entry.contains("ray-auth-client-kubernetes") && !entry.contains("fabric8"))
            .map(WithoutKubernetesTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(rest, ClassLoader.getPlatformClassLoader())) {
      Class<?> program = loader.loadClass(Program.class.getName());

      Object version = ((Callable<?>) program.getConstructor().newInstance()).call();

      assertThat(version).asString().contains("2.60.0");
      assertThatExceptionOfType(ClassNotFoundException.class)
          .isThrownBy(() -> loader.loadClass("io.fabric8.kubernetes.client.KubernetesClient"));
      assertThatExceptionOfType(ClassNotFoundException.class)
          .isThrownBy(() -> loader.loadClass("io.rayauth.kubernetes.RayClusters"));
    }
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(entry, e);
    }
  }
}

package io.rayauth.testkit;

import io.rayauth.JobClient;
import io.rayauth.token.TokenProvider;
import java.io.Serial;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;

/** Does the work of {@link WithFakeRay}; not to be registered by hand. Thread-safe. */
public final class FakeRayExtension
    implements ParameterResolver, TestExecutionExceptionHandler, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(FakeRayExtension.class);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Carries the story of a fake into the report of a failed test. */
  private static final class Story extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    Story(FakeRay ray) {
      super(ray.story(), null, false, false);
    }
  }

  /** Creates the extension; JUnit does this. */
  public FakeRayExtension() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    Class<?> type = parameter.getParameter().getType();
    return type == FakeRay.class || type == JobClient.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == FakeRay.class ? fake(test) : client(test);
  }

  private static JobClient client(ExtensionContext test) {
    return store(test)
        .getOrComputeIfAbsent(
            JobClient.class, any -> clientOf(fake(test), options(test)), JobClient.class);
  }

  private static JobClient clientOf(FakeRay ray, WithFakeRay options) {
    JobClient.Builder client = JobClient.builder(ray.url());
    if (options.gate() != WithFakeRay.Protection.OPEN && options.tokens().length > 0) {
      client.tokenProvider(TokenProvider.of(options.tokens()[0]));
    }
    return client.build();
  }

  private static FakeRay fake(ExtensionContext test) {
    return store(test)
        .getOrComputeIfAbsent(
            FakeRay.class,
            any -> FakeRay.builder().gate(gate(options(test))).start(),
            FakeRay.class);
  }

  private static Store store(ExtensionContext test) {
    return test.getStore(NAMESPACE);
  }

  private static WithFakeRay options(ExtensionContext test) {
    return AnnotationSupport.findAnnotation(test.getElement(), WithFakeRay.class)
        .or(() -> AnnotationSupport.findAnnotation(test.getRequiredTestClass(), WithFakeRay.class))
        .orElseThrow(() -> new IllegalStateException("use @WithFakeRay"));
  }

  private static Gate gate(WithFakeRay options) {
    FakeUser user = FakeUser.named(options.user()).verbs(options.verbs());
    for (String token : options.tokens()) {
      user = user.token(token);
    }
    return switch (options.gate()) {
      case OPEN -> Gate.open();
      case RAY_TOKEN -> Gate.rayToken(options.tokens());
      case RAY_KUBERNETES_TOKEN -> Gate.rayKubernetesToken(user);
      case KUBE_RBAC_PROXY -> Gate.kubeRbacProxy(user);
    };
  }

  @Override
  public void handleTestExecutionException(ExtensionContext test, Throwable thrown)
      throws Throwable {
    FakeRay ray = store(test).get(FakeRay.class, FakeRay.class);
    if (ray != null) {
      thrown.addSuppressed(new Story(ray));
    }
    throw thrown;
  }

  @Override
  public void afterEach(ExtensionContext test) throws InterruptedException {
    JobClient client = store(test).remove(JobClient.class, JobClient.class);
    if (client != null) {
      client.close();
    }
    FakeRay ray = store(test).remove(FakeRay.class, FakeRay.class);
    if (ray == null) {
      return;
    }
    boolean passed = test.getExecutionException().isEmpty();
    int unanswered;
    try {
      unanswered = passed ? openExchanges(ray) : 0;
    } finally {
      ray.close();
    }
    if (unanswered > 0) {
      throw new AssertionError(
          unanswered + " requests or log tails are still open after the test\n" + ray.story());
    }
    if (passed && ray.runningProcesses() > 0) {
      throw new AssertionError("processes of jobs outlive the fake\n" + ray.story());
    }
  }

  /** A client that was just closed needs a moment until the fake notices. */
  private static int openExchanges(FakeRay ray) throws InterruptedException {
    long start = System.nanoTime();
    while (ray.openExchanges() > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return ray.openExchanges();
  }
}

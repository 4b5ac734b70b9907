package io.rayauth.kubernetes.internal.connect;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.connect.DashboardProbe.Answer;
import io.rayauth.kubernetes.internal.connect.DashboardProbe.Kind;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who checks the callers: asks the dashboard, and believes it more than the RayCluster,
 * which may promise what its pods do not do. What the wire cannot tell, Ray's own token from a
 * Kubernetes token, the RayCluster says.
 */
public final class SchemeDetector {
  private static final Duration PAUSE = Duration.ofMillis(250);

  private final OpenRoute route;
  private final TimeSource time;

  /** Creates a detector for what is at the end of a route. */
  public SchemeDetector(OpenRoute route, TimeSource time) {
    this.route = route;
    this.time = time;
  }

  /**
   * Detects the scheme; waits while nobody answers.
   *
   * @param cluster as the API server shows it
   * @param patience how long to wait for an answer
   * @throws RayKubernetesException if there is none by then, or none of a dashboard
   */
  public Detected detect(RayCluster cluster, Duration patience) {
    long until = time.nanoTime() + patience.toNanos();
    while (true) {
      Answer answer = route.probe().ask(route.apiServerToken());
      if (answer.kind() != Kind.NOT_UP) {
        return judge(cluster, answer);
      }
      if (time.nanoTime() + PAUSE.toNanos() >= until) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "the dashboard of RayCluster %s does not answer by %s: %s"
                .formatted(cluster.ref(), route.endpoint(), said(answer)),
            null);
      }
      try {
        time.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RayInterruptedException("interrupted while waiting for the dashboard", e);
      }
    }
  }

  /**
   * Looks once more.
   *
   * @return what is there now; null if that cannot be told
   */
  @Nullable Detected lookAgain(RayCluster cluster) {
    Answer answer = route.probe().ask(route.apiServerToken());
    return switch (answer.kind()) {
      case TOKEN, DISABLED, UNKNOWN_QUESTION, PROXY_UNAUTHORIZED -> judge(cluster, answer);
      default -> null;
    };
  }

  private Detected judge(RayCluster cluster, Answer answer) {
    AuthScheme declared = cluster.declaredScheme();
    String why = cluster.declaredSchemeReason();
    return switch (answer.kind()) {
      case TOKEN -> {
        AuthScheme scheme =
            declared == AuthScheme.KUBERNETES_TOKEN
                ? AuthScheme.KUBERNETES_TOKEN
                : AuthScheme.RAY_TOKEN;
        yield new Detected(
            scheme,
            "the dashboard says that it wants a token"
                + (scheme == declared ? ", and " : ", although ")
                + why);
      }
      case DISABLED ->
          open(declared, "the dashboard says that its authentication is disabled", why);
      case UNKNOWN_QUESTION ->
          open(
              declared,
              "the dashboard does not know /api/authentication_mode, as Ray before 2.52, which has no authentication",
              why);
      case PROXY_UNAUTHORIZED, PROXY_FORBIDDEN ->
          new Detected(
              AuthScheme.KUBE_RBAC_PROXY,
              "a request without token was refused in the words of kube-rbac-proxy"
                  + (declared == AuthScheme.KUBE_RBAC_PROXY ? ", and " : ", although ")
                  + why);
      case API_SERVER ->
          throw new RayKubernetesException(
              answer.status() == 401 ? Reason.UNAUTHENTICATED : Reason.FORBIDDEN,
              "the API server does not let the caller through to %s (verbs on services/proxy): %s"
                  .formatted(route.endpoint(), said(answer)),
              null);
      case LOGIN ->
          throw new RayKubernetesException(
              Reason.INVALID,
              "%s answers with a login page or a redirect (status %d): something in front of the dashboard wants people to sign in; take another route"
                  .formatted(route.endpoint(), answer.status()),
              null);
      default ->
          throw new RayKubernetesException(
              Reason.INVALID,
              "%s answers neither as Ray nor as kube-rbac-proxy does: %s"
                  .formatted(route.endpoint(), said(answer)),
              null);
    };
  }

  private static Detected open(AuthScheme declared, String seen, String why) {
    return new Detected(
        AuthScheme.OPEN, seen + (declared == AuthScheme.OPEN ? ", and " : ", although ") + why);
  }

  private static String said(Answer answer) {
    return answer.status() == 0 ? answer.text() : "status " + answer.status() + " " + answer.text();
  }
}

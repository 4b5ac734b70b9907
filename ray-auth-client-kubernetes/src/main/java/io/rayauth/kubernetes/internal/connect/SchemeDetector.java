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

  /** Whoever holds a request until the time is over is to have the time to say why. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Duration patience;
  private final TimeSource time;
  private volatile OpenRoute route;

  /**
   * Creates a detector for what is at the end of a route.
   *
   * @param patience how long to wait when {@linkplain #lookAgain looking again}
   */
  public SchemeDetector(OpenRoute route, Duration patience, TimeSource time) {
    this.route = route;
    this.patience = patience;
    this.time = time;
  }

  /** Returns the route as it was answered on: over TLS if that is what the listener speaks. */
  public OpenRoute route() {
    return route;
  }

  /**
   * Detects the scheme; waits while nobody answers.
   *
   * @param cluster as the API server shows it
   * @param until when to give up, as a {@link TimeSource#nanoTime()}
   * @throws RayKubernetesException if there is no answer by then, or none of a dashboard
   */
  public Detected detect(RayCluster cluster, long until) {
    while (true) {
      Answer answer = ask(Duration.ofNanos(Math.max(0, until - time.nanoTime())).plus(LAST_WORDS));
      if (answer.kind() == Kind.WANTS_TLS && !route.isOverTls()) {
        route = route.overTls();
        continue;
      }
      if (answer.kind() != Kind.NOT_UP) {
        return judge(cluster, answer);
      }
      if (time.nanoTime() + PAUSE.toNanos() >= until) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "the dashboard of RayCluster %s does not answer by %s: %s%s"
                .formatted(
                    cluster.ref(),
                    route.endpoint(),
                    said(answer),
                    answer.status() == 0 ? route.trouble() : ""),
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
    Answer answer = ask(patience);
    return switch (answer.kind()) {
      case TOKEN, DISABLED, PROXY_UNAUTHORIZED, PROXY_FORBIDDEN -> judge(cluster, answer);
      case UNKNOWN_QUESTION ->
          cluster.declaredScheme() == AuthScheme.OPEN ? judge(cluster, answer) : null;
      default -> null;
    };
  }

  private Answer ask(Duration timeout) {
    return route.probe().ask(route.apiServerToken(), timeout);
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
      case UNKNOWN_QUESTION -> {
        if (declared != AuthScheme.OPEN) {
          throw unexpected(
              cluster,
              "answers as Ray before 2.52 does, which has no authentication, or is not the dashboard",
              answer);
        }
        yield open(
            declared,
            "the dashboard does not know /api/authentication_mode, as Ray before 2.52, which has no authentication",
            why);
      }
      case PROXY_UNAUTHORIZED, PROXY_FORBIDDEN ->
          new Detected(
              AuthScheme.KUBE_RBAC_PROXY,
              "a request without token was refused in the words of kube-rbac-proxy"
                  + (declared == AuthScheme.KUBE_RBAC_PROXY ? ", and " : ", although ")
                  + why);
      case API_SERVER ->
          throw switch (answer.status()) {
            case 401 -> refused(Reason.UNAUTHENTICATED, answer);
            case 403 -> refused(Reason.FORBIDDEN, answer);
            case 404 ->
                new RayKubernetesException(
                    Reason.NOT_FOUND,
                    "%s leads nowhere, because something on it does not exist: the API server says %s; does the KubeRay operator run, which makes the Service?"
                        .formatted(route.endpoint(), said(answer)),
                    null);
            default -> refused(Reason.OTHER, answer);
          };
      case LOGIN ->
          throw new RayKubernetesException(
              Reason.INVALID,
              "%s answers with a login page or a redirect (status %d): something in front of the dashboard wants people to sign in; take another route"
                  .formatted(route.endpoint(), answer.status()),
              null);
      default ->
          throw unexpected(cluster, "answers neither as Ray nor as kube-rbac-proxy does", answer);
    };
  }

  private RayKubernetesException refused(Reason reason, Answer answer) {
    return new RayKubernetesException(
        reason,
        "the API server does not let the caller through to %s (verbs on services/proxy): %s"
            .formatted(route.endpoint(), said(answer)),
        null);
  }

  private RayKubernetesException unexpected(RayCluster cluster, String how, Answer answer) {
    return new RayKubernetesException(
        Reason.INVALID,
        "RayCluster %s declares %s (%s), and %s %s: %s"
            .formatted(
                cluster.ref(),
                cluster.declaredScheme(),
                cluster.declaredSchemeReason(),
                route.endpoint(),
                how,
                said(answer)),
        null);
  }

  private static Detected open(AuthScheme declared, String seen, String why) {
    return new Detected(
        AuthScheme.OPEN, seen + (declared == AuthScheme.OPEN ? ", and " : ", although ") + why);
  }

  private static String said(Answer answer) {
    return answer.status() == 0 ? answer.text() : "status " + answer.status() + " " + answer.text();
  }
}

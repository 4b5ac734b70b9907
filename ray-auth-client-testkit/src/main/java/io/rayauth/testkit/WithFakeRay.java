package io.rayauth.testkit;

import io.rayauth.JobClient;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of a class (or one test method) a {@link FakeRay} of its own as a parameter, and
 * a {@link JobClient} for it, which sends the first of the tokens.
 *
 * <p>Both are closed after the test. If the test failed, its report tells what the fake saw; if
 * not, the test fails when a request is still without its answer or a process is left.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(FakeRayExtension.class)
public @interface WithFakeRay {

  /** Names the ways a fake can be protected. */
  enum Protection {
    /** Nobody is asked, see {@link Gate#open()}. */
    OPEN,
    /** Ray's own token, see {@link Gate#rayToken(String...)}. */
    RAY_TOKEN,
    /** Ray asks Kubernetes, see {@link Gate#rayKubernetesToken(FakeUser...)}. */
    RAY_KUBERNETES_TOKEN,
    /** A sidecar asks Kubernetes, see {@link Gate#kubeRbacProxy(FakeUser...)}. */
    KUBE_RBAC_PROXY
  }

  /**
   * Says how the fake is protected.
   *
   * @return the way. Default: not at all
   */
  Protection gate() default Protection.OPEN;

  /**
   * Says which tokens are accepted.
   *
   * @return bare tokens. Default: {@code test-token}
   */
  String[] tokens() default "test-token";

  /**
   * Names the owner of the tokens.
   *
   * @return as Kubernetes has it. Default: {@code system:serviceaccount:default:ray-user}
   */
  String user() default "system:serviceaccount:default:ray-user";

  /**
   * Says what the owner of the tokens may do.
   *
   * @return RBAC verbs. Default: everything
   */
  String[] verbs() default "*";
}

package io.rayauth.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hands the {@link KubeStack} of the run to constructors and test methods that have such a
 * parameter.
 *
 * <p>All test classes share it, so a test works in namespaces of its own. One that restarts the API
 * server takes a {@code @ResourceLock} of {@link #API_SERVER}, all others share it for reading.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(KubeStackExtension.class)
@interface WithKubeStack {

  /** Names the lock for tests that need the API server to stay up, or that take it down. */
  String API_SERVER = "the API server of the stack";
}

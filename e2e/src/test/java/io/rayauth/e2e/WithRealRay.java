package io.rayauth.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hands a {@link RealRay} of one mode to constructors and test methods that have such a parameter.
 *
 * <p>All test classes of a run share one head for each mode, so a test looks at its own jobs only.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RealRayExtension.class)
@interface WithRealRay {

  /** Returns the mode of the head. */
  RayMode value();
}

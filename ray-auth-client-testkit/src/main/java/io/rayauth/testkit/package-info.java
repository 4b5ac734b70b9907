/**
 * What tests of Ray clients need: {@link io.rayauth.testkit.FakeRay}, a dashboard that runs jobs
 * for real, with {@link io.rayauth.testkit.Gate gates} in front and {@link io.rayauth.testkit.Fault
 * faults} on demand; {@link io.rayauth.testkit.ManualClock}; and {@link
 * io.rayauth.testkit.TokenProviderContract}.
 */
@NullMarked
package io.rayauth.testkit;

import org.jspecify.annotations.NullMarked;

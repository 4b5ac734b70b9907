/**
 * Ray clusters on Kubernetes: find them, deploy them, reach them with the right token, and say who
 * may use them.
 *
 * <p>Start at {@code RayClusters}.
 */
@NullMarked
package io.rayauth.kubernetes;

import org.jspecify.annotations.NullMarked;

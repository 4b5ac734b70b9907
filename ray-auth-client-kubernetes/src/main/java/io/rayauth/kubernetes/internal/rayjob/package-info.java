/** The custom resource that a RayJob is written as. */
@NullMarked
package io.rayauth.kubernetes.internal.rayjob;

import org.jspecify.annotations.NullMarked;

/**
 * What a custom resource of KubeRay says: read tolerantly, because every version of the operator
 * knows other fields, and judged in one place, because several fields say less than they seem to.
 */
@NullMarked
package io.rayauth.kubernetes.internal.cluster;

import org.jspecify.annotations.NullMarked;

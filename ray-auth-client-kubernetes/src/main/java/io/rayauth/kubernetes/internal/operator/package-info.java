/**
 * What belongs to KubeRay's operator in a Kubernetes cluster: resource definitions, Deployments.
 */
@NullMarked
package io.rayauth.kubernetes.internal.operator;

import org.jspecify.annotations.NullMarked;

/**
 * The token of whoever talks to Kubernetes: what kubeconfig's user has, and what a client was
 * configured with. Sees neither RayClusters nor rights.
 */
@NullMarked
package io.rayauth.kubernetes.internal.token;

import org.jspecify.annotations.NullMarked;

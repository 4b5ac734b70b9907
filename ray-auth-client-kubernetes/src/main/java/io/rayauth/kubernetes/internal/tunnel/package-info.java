/**
 * A port on loopback that leads to the dashboard of a cluster's head pod, whichever pod that is at
 * the moment: each connection becomes one port-forward stream of the Kubernetes API. {@link
 * io.rayauth.kubernetes.internal.tunnel.Tunnel} listens, {@link
 * io.rayauth.kubernetes.internal.tunnel.Dialer} opens streams and heals, {@link
 * io.rayauth.kubernetes.internal.tunnel.PodStream} speaks the protocol.
 */
@NullMarked
package io.rayauth.kubernetes.internal.tunnel;

import org.jspecify.annotations.NullMarked;

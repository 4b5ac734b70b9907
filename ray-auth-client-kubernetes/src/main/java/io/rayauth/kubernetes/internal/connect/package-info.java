/**
 * How a cluster is reached: by which road ({@link
 * io.rayauth.kubernetes.internal.connect.RouteOpener}), who checks there ({@link
 * io.rayauth.kubernetes.internal.connect.SchemeDetector}), and with which token ({@link
 * io.rayauth.kubernetes.internal.connect.Credentials}).
 */
@NullMarked
package io.rayauth.kubernetes.internal.connect;

import org.jspecify.annotations.NullMarked;

/**
 * The dashboard in a browser: {@link io.rayauth.proxy.DashboardProxy} listens on loopback, lets one
 * person in by a link that works once, and passes what they look at on to the cluster with a token
 * that the browser never sees.
 */
@NullMarked
package io.rayauth.proxy;

import org.jspecify.annotations.NullMarked;

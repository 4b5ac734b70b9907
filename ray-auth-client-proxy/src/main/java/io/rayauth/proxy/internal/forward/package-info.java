/**
 * The way to the cluster: one request or WebSocket, with a fresh token, streamed both ways. Knows
 * nothing of who may ask.
 */
@NullMarked
package io.rayauth.proxy.internal.forward;

import org.jspecify.annotations.NullMarked;

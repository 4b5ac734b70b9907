/**
 * One exchange over HTTP or WebSocket: what is sent, what came back, or why nothing did. Knows no
 * JSON and keeps no token.
 */
@NullMarked
package io.rayauth.internal.http;

import org.jspecify.annotations.NullMarked;

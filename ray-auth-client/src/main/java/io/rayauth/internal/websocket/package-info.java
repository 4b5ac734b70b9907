/**
 * Connections that begin as HTTP/1.1 and go on as something else, on plain blocking sockets: {@link
 * io.rayauth.internal.websocket.HttpUpgrade} opens them, {@link
 * io.rayauth.internal.websocket.WebSocketHandshake} and {@link
 * io.rayauth.internal.websocket.WebSocketConnection} speak RFC 6455. Shared with the Kubernetes
 * module.
 */
@NullMarked
package io.rayauth.internal.websocket;

import org.jspecify.annotations.NullMarked;

/**
 * How {@link io.rayauth.testkit.FakeRay} works: a small HTTP/1.1 and WebSocket server, the gates in
 * front of it, the routes of the dashboard and the jobs behind them.
 */
@NullMarked
package io.rayauth.testkit.internal;

import org.jspecify.annotations.NullMarked;

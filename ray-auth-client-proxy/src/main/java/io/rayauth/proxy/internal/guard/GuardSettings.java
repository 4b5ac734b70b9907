package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.ProxyLimits;
import io.rayauth.time.TimeSource;

/**
 * Says whom to let in, and to what.
 *
 * @param site the names that the proxy answers to
 * @param access what may be asked for
 * @param limits how much of it
 * @param time ends idle sessions and refills rates
 */
public record GuardSettings(Site site, Access access, ProxyLimits limits, TimeSource time) {}

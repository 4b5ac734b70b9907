package io.rayauth.kubernetes.internal.connect;

import io.rayauth.kubernetes.AuthScheme;

/**
 * Is what was found out about who checks the callers.
 *
 * @param scheme who
 * @param reason a sentence that says how that was seen
 */
public record Detected(AuthScheme scheme, String reason) {}

package io.rayauth.proxy.internal.page;

/**
 * Says why a request is not let through, to the browser and to the access log.
 *
 * @param status the HTTP status
 * @param reason in a few words, such as {@code foreign Host}; the same for every request that is
 *     refused for it
 * @param title what a person is told first
 * @param advice what is wrong and what to do; holds nothing that the request said, unless escaped
 *     later
 */
public record Refusal(int status, String reason, String title, String advice) {}

/**
 * The one request loop: a token, one attempt, a verdict, and then an answer, another attempt or an
 * exception. Sees no JSON.
 */
@NullMarked
package io.rayauth.internal.call;

import org.jspecify.annotations.NullMarked;

/**
 * Who this program is for Google: where credentials are found, the tokens they give, and why there
 * are none.
 */
@NullMarked
package io.rayauth.gke.internal.identity;

import org.jspecify.annotations.NullMarked;

/**
 * The clusters of a kubeconfig, for the start page. Needs {@code ray-auth-client-kubernetes} as a
 * dependency, and on the module path {@code requires io.rayauth.kubernetes}; a program that opens
 * one dashboard by its address does without.
 */
@NullMarked
package io.rayauth.proxy.kubernetes;

import org.jspecify.annotations.NullMarked;

package io.rayauth;

/** placeholder */
final class RayEndpoint {}

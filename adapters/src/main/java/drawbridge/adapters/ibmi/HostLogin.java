package drawbridge.adapters.ibmi;

import org.jspecify.annotations.Nullable;

/**
 * As whom connections work, and how they sign on; immutable but for the token that it holds.
 *
 * @param settings with the user that proves itself, its password file and the bounds of its pools
 * @param tokens null: each connection signs on with the password
 */
record HostLogin(IbmiSettings settings, String profile, @Nullable HostTokens tokens) {}

package io.tenancy.plugins.http;

import java.util.Map;

/** An answer as plugins read it. */
record PluginAnswer(int status, Map<String, String> headers, String body) {}

@NullMarked
package io.tenancy.plugins.http;

import org.jspecify.annotations.NullMarked;

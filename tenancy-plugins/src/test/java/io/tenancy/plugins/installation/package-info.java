@NullMarked
package io.tenancy.plugins.installation;

import org.jspecify.annotations.NullMarked;

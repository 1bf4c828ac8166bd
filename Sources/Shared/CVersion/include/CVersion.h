#pragma once

// The commit of the build, or "unknown" where there was no repository.
const char *_Nonnull tandem_commit(void);

#include "policy/store.h"

void qm_store_close(struct qm_store *store)
{
	if (store)
		store->kind->close(store);
}

/* Sound, and linked against a library that none of us wrote: three threads share one SQLite database. Two insert, each in
 * transactions of its own over its own connection, one counts over a third, all through the shared cache in memory, so
 * that SQLite's own mutexes and its unlock-notify are what keeps them apart. Prints the sums; ends with 1 if they are
 * wrong. In C, without instrumentation: this is about scheduling by preload. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_NAME "file:heddle?mode=memory&cache=shared"
#define TRANSACTIONS 4
#define ROWS 5

/* SQLite says "locked" when another connection of the shared cache is in the way; then it is tried again. */
static void Run(sqlite3* database, const char* statement) {
  for (;;) {
    char* message = NULL;
    const int result = sqlite3_exec(database, statement, NULL, NULL, &message);
    sqlite3_free(message);
    if (result == SQLITE_OK) return;
    if (result != SQLITE_LOCKED && result != SQLITE_BUSY) {
      fprintf(stderr, "%s: %s\n", statement, sqlite3_errmsg(database));
      exit(2);
    }
    sqlite3_sleep(1);
  }
}

static sqlite3* Open(void) {
  sqlite3* database = NULL;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX;
  if (sqlite3_open_v2(FILE_NAME, &database, flags, NULL) != SQLITE_OK) exit(2);
  return database;
}

static int KeepNumber(void* number, int columns, char** values, char** names) {
  (void)columns;
  (void)names;
  *(long*)number = values[0] != NULL ? atol(values[0]) : 0;
  return 0;
}

static long Ask(sqlite3* database, const char* query) {
  long number = -1;
  for (;;) {
    const int result = sqlite3_exec(database, query, KeepNumber, &number, NULL);
    if (result == SQLITE_OK) return number;
    if (result != SQLITE_LOCKED && result != SQLITE_BUSY) exit(2);
    sqlite3_sleep(1);
  }
}

static void* Insert(void* argument) {
  const long writer = (long)argument;
  sqlite3* database = Open();
  for (int i = 0; i < TRANSACTIONS; ++i) {
    Run(database, "BEGIN IMMEDIATE");
    for (int k = 0; k < ROWS; ++k) {
      char statement[96];
      snprintf(statement, sizeof statement, "INSERT INTO rows VALUES (%ld, %d)", writer, i * ROWS + k);
      Run(database, statement);
    }
    Run(database, "COMMIT");
  }
  sqlite3_close(database);
  return NULL;
}

/* Whole transactions only: a count that is no multiple of ROWS is a torn read. */
static void* Count(void* torn) {
  sqlite3* database = Open();
  for (int i = 0; i < TRANSACTIONS; ++i) *(int*)torn += Ask(database, "SELECT count(*) FROM rows") % ROWS != 0;
  sqlite3_close(database);
  return NULL;
}

int main(void) {
  if (!sqlite3_threadsafe()) return 2;
  sqlite3* database = Open();
  Run(database, "CREATE TABLE rows (writer INTEGER, value INTEGER)");
  pthread_t threads[3];
  int torn = 0;
  pthread_create(&threads[0], NULL, Insert, (void*)1L);
  pthread_create(&threads[1], NULL, Insert, (void*)2L);
  pthread_create(&threads[2], NULL, Count, &torn);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  const long rows = Ask(database, "SELECT count(*) FROM rows");
  const long sum = Ask(database, "SELECT sum(value) FROM rows WHERE writer = 2");
  sqlite3_close(database);
  sqlite3_shutdown();
  printf("%ld rows, sum %ld, %d torn\n", rows, sum, torn);
  return rows == 2 * TRANSACTIONS * ROWS && torn == 0 ? 0 : 1;
}

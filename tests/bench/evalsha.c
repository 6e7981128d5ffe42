/*
 * evalsha PORT COUNT - counts COUNT calls in a Redis server by hiredis and a script that does no
 * more than our own has to: one EVALSHA each, which reads the hash, compares and writes.
 */
#include <hiredis/hiredis.h>
#include <stdlib.h>

static const char script[] =
	"local value = 0 "
	"if redis.call('HGET', KEYS[1], 'ws') == ARGV[3] then "
	"value = tonumber(redis.call('HGET', KEYS[1], 'v')) end "
	"if value + ARGV[1] > tonumber(ARGV[2]) then return {0, value} end "
	"redis.call('HSET', KEYS[1], 'v', value + ARGV[1], 'ws', ARGV[3], 'wd', ARGV[4]) "
	"redis.call('PEXPIRE', KEYS[1], ARGV[5]) "
	"return {1, value + ARGV[1]}";

static int count_one(redisContext *server, const char *sha1)
{
	redisReply *reply = redisCommand(server,
		"EVALSHA %s 1 yardstick 1 2000000000 2026-01-15T00:00:00Z 86400000000000 172800000",
		sha1);
	int failed = !reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2;

	freeReplyObject(reply);
	return failed;
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	redisContext *server =
		count ? redisConnect("127.0.0.1", (int)strtol(argv[1], NULL, 10)) : NULL;
	redisReply *loaded = NULL;
	int failed = !server || server->err;

	if (!failed)
		loaded = redisCommand(server, "SCRIPT LOAD %s", script);
	failed = !loaded || loaded->type != REDIS_REPLY_STRING;
	while (count-- > 0 && !failed)
		failed = count_one(server, loaded->str);
	freeReplyObject(loaded);
	redisFree(server);
	return failed;
}

/* What a process costs that does nothing: the yardstick of start-up time. */
int main(void)
{
	return 0;
}

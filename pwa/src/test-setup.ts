import 'fake-indexeddb/auto';
import { speak } from '$lib/i18n/spoken';

await speak('vi');

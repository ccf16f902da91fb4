import './trusted-types';
import './app.css';
import './router';
import { mount } from 'svelte';
import App from './App.svelte';
import { locale } from '$lib/i18n/locale.svelte';
import { session } from '$lib/state/session.svelte';
import { startApplication } from './start';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
await Promise.all([locale.load(), session.load()]);
mount(App, { target });
startApplication();
